"""What runs leave, read back, asked and handed on."""
