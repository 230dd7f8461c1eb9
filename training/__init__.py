"""How the embedded facial-expression classifier is trained, evaluated and exported."""
