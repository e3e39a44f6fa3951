"""The review page behind real TLS proxies."""
