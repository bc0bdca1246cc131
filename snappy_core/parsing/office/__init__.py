"""Office and web documents, printed to PDF by LibreOffice and read as that."""
