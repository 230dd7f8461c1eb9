@description('Name of the static site.')
@minLength(2)
@maxLength(60)
param name string

@description('Region of the static site; few have the service. Its files are served from everywhere.')
@allowed(['centralus', 'eastasia', 'eastus2', 'westeurope', 'westus2'])
param location string

@description('Tags of every resource.')
param tags { *: string }

// Not linked to the function app: a linked back end refuses every other caller, and Event Grid is one.
resource site 'Microsoft.Web/staticSites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Free'
    tier: 'Free'
  }
  properties: {
    allowConfigFileUpdates: true
    stagingEnvironmentPolicy: 'Disabled'
  }
}

output origin string = 'https://${site.properties.defaultHostname}'
