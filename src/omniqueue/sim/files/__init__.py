"""Files that users name: opened with care, their tables read key by key."""
