"""Parts shared by screens. They show values and post messages; screens own what happens."""
