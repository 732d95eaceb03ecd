"""What nobody decides."""
