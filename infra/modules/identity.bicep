@description('Name of the identity the function app runs as.')
@minLength(3)
@maxLength(128)
param name string

@description('Region of the identity.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags object

// User-assigned, so that its roles stand before the app that needs them exists.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
