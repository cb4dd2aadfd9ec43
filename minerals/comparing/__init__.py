"""Shows side by side what sources claim of one mineral, place and measure, and why other claims stay out."""
