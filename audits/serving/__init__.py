"""How the product is started: what is checked first, what runs beside the web, how it all ends."""
