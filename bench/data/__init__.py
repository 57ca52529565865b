"""Tables: read strictly, understood column by column, split into folds."""
