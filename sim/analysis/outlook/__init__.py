"""From what was observed to what may come: a filter over the plausible region, and what the record says."""
