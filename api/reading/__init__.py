"""The API's document as a page to read: nothing fetched, nothing executed."""
