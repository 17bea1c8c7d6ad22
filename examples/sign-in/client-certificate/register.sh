az ad app credential reset --id "$client_id" --append --cert @cert.pem
