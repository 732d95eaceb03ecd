"""The actor that this package adds, and the rules it gives to others."""

#: Actors beside those of Panj.
ACTORS = ("iran",)
