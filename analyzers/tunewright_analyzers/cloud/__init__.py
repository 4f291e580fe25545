"""What the checks of the cloud's view share: the target's resources, instance classes, and the lines that mend."""
