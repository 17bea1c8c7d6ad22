# A key and a certificate for a year. Entra wants to see the certificate only: cert.pem.
openssl req -x509 -newkey rsa:3072 -sha256 -days 365 -nodes -subj "/CN=Terraform for Exchange" -keyout key.pem -out cert.pem

# The file that the provider reads holds both. As PEM:
(umask 077 && cat cert.pem key.pem >exchange.pem)
# Or as a PFX, for which openssl asks a password:
#   openssl pkcs12 -export -in cert.pem -inkey key.pem -out exchange.pfx
