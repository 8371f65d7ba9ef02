"""What the texts of a declaration and of the files beside it contain by mistake."""
