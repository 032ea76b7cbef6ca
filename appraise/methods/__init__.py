"""The methods that lessons teach, as functions: consistency of printed figures, RoB 2, agreement, doses, GRADE."""
