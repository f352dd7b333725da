"""What an opportunity is made of: each field declared once, with all that is to be known about it."""
