"""The search for plans and for worlds: candidates, how they are judged, what lies on the front."""
