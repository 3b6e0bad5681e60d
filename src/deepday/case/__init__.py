"""Making the case: what the user's own data say, in a form that a conversation can use. Pure: values in, values out."""
