"""A compiler for the closed subset of Python in which the model is written: syntax trees to LLVM, no more."""
