"""What the query checks share: statements with weight, parsed, and the names in them resolved."""
