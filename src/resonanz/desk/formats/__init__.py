"""How dates and times are written, where Django's usual way is not ours."""
