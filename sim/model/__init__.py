"""What happens in a week."""
