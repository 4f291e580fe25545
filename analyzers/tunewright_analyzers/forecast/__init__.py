"""When a line meets its limit: robust slopes with intervals, and what is forecast of a cluster in the cloud."""
