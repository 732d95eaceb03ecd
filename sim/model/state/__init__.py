"""State variables by theme; `sim.model.world.World` is all of them."""
