"""Statistical indices: what a customer does more than others, without any model."""
