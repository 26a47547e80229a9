"""What changes while people look: one stream per browser, fed by every slice."""
