"""What machines scrape: the catalogue of metrics, their exposition, and the governor that bounds what we cost. State in, text out."""
