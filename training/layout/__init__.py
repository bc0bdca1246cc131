"""Documents whose layout is known: random HTML, printed as tagged PDF."""
