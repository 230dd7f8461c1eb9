@description('Name of the Azure Face resource, also its subdomain: Entra tokens need one.')
@minLength(2)
@maxLength(64)
param name string

@description('Region of the resource.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('S0 answers 10 frames a second; F0 20 a minute and 30,000 a month, one per subscription.')
@allowed(['F0', 'S0'])
param sku string

resource face 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  // checkov:skip=CKV_AZURE_134: the functions have no network of their own to come from; the identity is the gate
  // checkov:skip=CKV_AZURE_238: it is sent frames and opens nothing itself, so it needs no identity
  name: name
  location: location
  tags: tags
  kind: 'Face'
  sku: {
    name: sku
  }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
    restrictOutboundNetworkAccess: true
    allowedFqdnList: []
  }
}

output endpoint string = face.properties.endpoint
