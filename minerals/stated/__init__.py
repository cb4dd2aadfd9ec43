"""Reads figures as sources word them: “more than 1,000 t”, “about 1.5 billion USD”, “330-390 kt”, “n/a”."""
