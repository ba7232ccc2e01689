"""One hundred services at once, what happens to them, what is really so, and what is said of them."""
