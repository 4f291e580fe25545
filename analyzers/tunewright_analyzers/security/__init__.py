"""What the security checks know of the world outside: releases and known faults, as dated tables."""
