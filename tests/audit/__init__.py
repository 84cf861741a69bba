"""What this project is made of, examined: `python -m tests.audit` (`make audit`). Only known vulnerabilities need the network."""
