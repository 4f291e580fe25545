"""Advice on parameters: values and their units, what each flavour leaves to the user, how a change is made and undone; the rules' mathematics."""
