@description('Name of the identity the function app runs as.')
@minLength(3)
@maxLength(128)
param name string

@description('Region of the identity.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

// User-assigned, so that its roles stand before the app that needs them exists.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
