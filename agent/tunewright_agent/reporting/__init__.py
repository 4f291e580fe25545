"""The weekly report made and handed over: weeks read from history files, forms written, PDF printed, sent to where the settings say."""
