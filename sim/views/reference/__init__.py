"""Pages that are written from the code: rules, menus, world, parameters, processes, matrix, formats, ODD."""
