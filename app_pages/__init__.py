"""The pages of the app. They show what `sim` computed and compute nothing themselves."""
