@description('Name of the SignalR service.')
@minLength(3)
@maxLength(63)
param name string

@description('Region of the service.')
@minLength(1)
@maxLength(64)
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Free carries 20 connections and 20,000 messages a day; a Standard unit 1,000 and 1,000,000.')
@allowed(['Free', 'Standard'])
param tier string

@description('Units of the Standard tier; Free has one.')
@allowed([1, 2, 5, 10, 20, 50, 100])
param units int

@description('The only web origin whose pages may connect, as https://HOST.')
@minLength(9)
@maxLength(260)
param siteOrigin string

resource signalr 'Microsoft.SignalRService/signalR@2024-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'SignalR'
  sku: {
    name: tier == 'Free' ? 'Free_F1' : 'Standard_S1'
    tier: tier
    capacity: tier == 'Free' ? 1 : units
  }
  properties: {
    // An explicit origin also lets the service answer requests with credentials, which its
    // JavaScript client always sends; a wildcard would not.
    cors: {
      allowedOrigins: [siteOrigin]
    }
    disableLocalAuth: true
    features: [
      {
        flag: 'ServiceMode'
        value: 'Serverless'
      }
    ]
    publicNetworkAccess: 'Enabled'
    tls: {
      clientCertEnabled: false
    }
  }
}

output host string = signalr.properties.hostName
