"""Charts as plain geometry, for templates that draw SVG: the same on a page and on paper."""
