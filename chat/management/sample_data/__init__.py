"""A large set of made-up conversations, the same in each run: to try and measure the desk."""
