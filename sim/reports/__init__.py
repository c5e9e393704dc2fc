"""What an outcome looks like to people: figures, sentences and key numbers, shared by the app and every report."""
