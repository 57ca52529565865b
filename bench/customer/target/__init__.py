"""The target table: who to call first, and what that finds."""
