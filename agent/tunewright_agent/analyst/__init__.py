"""The slow thinking about one instance, in a lane of its own: plans of the costly statements, and index advice, both on the twin."""
