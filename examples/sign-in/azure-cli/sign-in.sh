# An Exchange administrator needs no Azure subscription.
az login --tenant 11111111-1111-1111-1111-111111111111 --allow-no-subscriptions
terraform plan
