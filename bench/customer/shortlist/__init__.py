"""The shortlist: whom to call for a promised precision or a capacity."""
