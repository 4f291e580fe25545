"""What people read: pages, the demo's report, the terminal; and the JSON shapes that machines read. Pure: State in, text out."""
