"""One area in one environment: where it lies, who may read it, who works on it, and what may be said of an error."""
