// The whole deployment, composed. What a deployer may choose is the parameters;
// main.bicepparam fills them from the environment, for deploy.sh and for azd alike.

targetScope = 'subscription'

@description('Name of this deployment; the resource group is called rg-NAME.')
@minLength(1)
@maxLength(32)
param environmentName string

@description('Region of everything but the static site.')
@minLength(1)
@maxLength(64)
param location string

@description('Region of the static site; few have the service. Its files are served from everywhere.')
@allowed(['centralus', 'eastasia', 'eastus2', 'westeurope', 'westus2'])
param siteLocation string = 'westeurope'

@description('Who carries the video: browsers among themselves, or OpenTok (Vonage Video).')
@allowed(['mesh', 'opentok'])
param videoProvider string = 'mesh'

@description('OpenTok API key, the number of the project; its secret is opentokApiSecret.')
@maxLength(64)
param opentokApiKey string = ''

@description('Vonage application id, in place of an OpenTok API key; its key is vonagePrivateKey.')
@maxLength(64)
param vonageApplicationId string = ''

@description('Who reads frames: Azure Face with the embedded classifier, or the embedded reader alone.')
@allowed(['azure', 'embedded'])
param faceReader string = 'azure'

@description('Who reads: each person chooses, the service from frames, or each browser by itself.')
@allowed(['choice', 'service', 'device'])
param reading string = 'choice'

@description('Another expression classifier than the one that ships: the path of an ONNX file in the package.')
@maxLength(200)
param expressionModel string = ''

@description('S0 answers 10 frames a second; F0 20 a minute and 30,000 a month, one per subscription.')
@allowed(['F0', 'S0'])
param faceSku string = 'S0'

@description('Free carries 20 connections and 20,000 messages a day; a Standard unit 1,000 and 1,000,000.')
@allowed(['Free', 'Standard'])
param signalrTier string = 'Standard'

@description('Units of the Standard tier.')
@allowed([1, 2, 5, 10, 20, 50, 100])
param signalrUnits int = 1

@description('Memory of a function instance; its share of a processor grows with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@description('Function instances the app may grow to; requests over HTTP may for a while open more.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Function instances kept warm for events and requests. 0 costs nothing idle and loses first frames.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 1

@description('Threads of a function instance: frames and requests it works on at the same time.')
@minValue(5)
@maxValue(32)
param workerThreads int = 8

@description('People in a room.')
@minValue(2)
@maxValue(50)
param roomCapacity int = 6

@description('Seconds a participant ticket is good for.')
@minValue(60)
@maxValue(43200)
param ticketLifetimeSeconds int = 14400

@description('Seconds in which a participant may upload one frame: the rate limit.')
@minValue(1)
@maxValue(60)
param frameSlotSeconds int = 1

@description('Seconds after which a frame is deleted unread.')
@minValue(1)
@maxValue(60)
param frameLifetimeSeconds int = 10

@description('Signs the participant tickets. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param ticketKey string = ''

@description('Asked for when a room is created; without one anybody may. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param roomCreationKey string = ''

@description('STUN and TURN servers of a mesh call, as a JSON list. Empty keeps those in the vault.')
@secure()
@maxLength(4096)
param iceServers string = ''

@description('Addresses of a TURN server that shares turnSecret with the functions, a comma between.')
@maxLength(1024)
param turnUrls string = ''

@description('Secret shared with that TURN server. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param turnSecret string = ''

@description('How long a TURN credential made with it is good for, in seconds.')
@minValue(300)
@maxValue(86400)
param turnLifetimeSeconds int = 3600

@description('Other limits than the defaults, as a JSON object by their names.')
@maxLength(1024)
param limits string = '{}'

@description('Secret of the OpenTok API key. Empty keeps the one in the vault.')
@secure()
@maxLength(512)
param opentokApiSecret string = ''

@description('Private key of the Vonage application, PEM text. Empty keeps the one in the vault.')
@secure()
@maxLength(8192)
param vonagePrivateKey string = ''

@description('Names of the secrets already in the vault (found by kept_settings.sh).')
@maxLength(20)
param keptSecrets string[] = []

@description('Gigabytes of logs a day after which no more are taken until the next day.')
@minValue(1)
@maxValue(100)
param logDailyCapGb int = 1

@description('Costs a month, in the currency of the subscription, that a warning is sent at; 0 for none.')
@minValue(0)
@maxValue(100000)
param budgetAmount int = 100

@description('First day of the month the budget starts in; of an existing one it cannot change.')
@minLength(10)
@maxLength(40) // of an existing one as Azure writes it, with or without fractions of a second
param budgetStart string

@description('Addresses to warn beside the owners of the subscription.')
@maxLength(20)
param budgetEmails string[] = []

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }
var azureReads = faceReader == 'azure'

// Names come from here, not out of the modules, so that `az deployment sub what-if` can tell them.
var appName = 'func-${token}'
var faceName = 'face-${token}'
var identityName = 'id-${token}'
var insightsName = 'appi-${token}'
var signalrName = 'sigr-${token}'
var siteName = 'stapp-${token}'
var storageName = 'st${token}'
var topicName = 'evgt-${token}'
var vaultName = 'kv-${token}'

// A setting refers to its secret when this deployment brings it or an earlier one did.
var secretUri = 'https://${vaultName}${environment().suffixes.keyvaultDns}/secrets'
var hasRoomCreationKey = !empty(roomCreationKey) || contains(keptSecrets, 'room-creation-key')
// Only what this deployment's video runs on: a reference to a secret that is not there never resolves.
var usesOpenTok = videoProvider == 'opentok' && !empty(opentokApiKey)
var usesVonage = videoProvider == 'opentok' && empty(opentokApiKey) && !empty(vonageApplicationId)
var hasIceServers = !empty(iceServers) || contains(keptSecrets, 'ice-servers')

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: insightsName
    location: location
    tags: tags
    dailyCapGb: logDailyCapGb
  }
}

// First of all the site: its address is what storage, SignalR and the functions let in.
module site 'modules/site.bicep' = {
  scope: group
  params: {
    name: siteName
    location: siteLocation
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: storageName
    location: location
    tags: tags
    siteOrigin: site.outputs.origin
  }
}

module topic 'modules/eventgrid.bicep' = {
  scope: group
  dependsOn: [storage]
  params: {
    name: topicName
    location: location
    tags: tags
    storageAccountName: storageName
  }
}

module signalr 'modules/signalr.bicep' = {
  scope: group
  params: {
    name: signalrName
    location: location
    tags: tags
    tier: signalrTier
    units: signalrUnits
    siteOrigin: site.outputs.origin
  }
}

module face 'modules/face.bicep' = if (azureReads) {
  scope: group
  params: {
    name: faceName
    location: location
    tags: tags
    sku: faceSku
  }
}

module vault 'modules/keyvault.bicep' = {
  scope: group
  params: {
    name: vaultName
    location: location
    tags: tags
    ticketKey: ticketKey
    roomCreationKey: roomCreationKey
    iceServers: iceServers
    turnSecret: turnSecret
    opentokApiSecret: opentokApiSecret
    vonagePrivateKey: vonagePrivateKey
  }
}

module roles 'modules/roles.bicep' = {
  scope: group
  dependsOn: [storage, signalr, face, vault, monitoring]
  params: {
    identityName: identityName
    principalId: identity.outputs.principalId
    storageAccountName: storageName
    signalrName: signalrName
    faceName: azureReads ? faceName : ''
    vaultName: vaultName
    insightsName: insightsName
  }
}

module functions 'modules/functions.bicep' = {
  scope: group
  // Started without its roles, the app would fail to fetch its package and its secrets.
  dependsOn: [roles]
  params: {
    name: appName
    planName: 'plan-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    packageContainerUrl: storage.outputs.packageContainerUrl
    siteOrigin: site.outputs.origin
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    workerThreads: workerThreads
    settings: {
      // Of the Functions host
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.outputs.clientId}'
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      AzureWebJobsStorage__accountName: storageName
      AzureWebJobsStorage__clientId: identity.outputs.clientId
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsDisableHomepage: 'true'
      // Above what Event Grid sends at most, 1 MB an event; larger bodies end before Python sees them.
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2097152'
      PYTHON_THREADPOOL_THREAD_COUNT: string(workerThreads)
      // Of the app: functions/settings.py
      AZURE_CLIENT_ID: identity.outputs.clientId
      AZURE_FACE_ENDPOINT: azureReads ? face!.outputs.endpoint : ''
      AzureSignalRConnectionString__clientId: identity.outputs.clientId
      AzureSignalRConnectionString__credential: 'managedidentity'
      AzureSignalRConnectionString__serviceUri: 'https://${signalr.outputs.host}'
      BLOB_TRIGGER_SOURCE: 'EventGrid'
      EXPRESSION_MODEL: expressionModel
      FACE_READER: faceReader
      FRAME_LIFETIME_SECONDS: string(frameLifetimeSeconds)
      FRAME_SLOT_SECONDS: string(frameSlotSeconds)
      FramesStorage__blobServiceUri: storage.outputs.blobEndpoint
      FramesStorage__clientId: identity.outputs.clientId
      FramesStorage__credential: 'managedidentity'
      FramesStorage__queueServiceUri: storage.outputs.queueEndpoint
      ICE_SERVERS: hasIceServers ? '@Microsoft.KeyVault(SecretUri=${secretUri}/ice-servers)' : '[]'
      LIMITS: limits
      OPENTOK_API_KEY: opentokApiKey
      OPENTOK_API_SECRET: usesOpenTok ? '@Microsoft.KeyVault(SecretUri=${secretUri}/opentok-api-secret)' : ''
      READING: reading
      ROOM_CAPACITY: string(roomCapacity)
      ROOM_CREATION_KEY: hasRoomCreationKey ? '@Microsoft.KeyVault(SecretUri=${secretUri}/room-creation-key)' : ''
      TICKET_KEY: '@Microsoft.KeyVault(SecretUri=${secretUri}/ticket-key)'
      TICKET_LIFETIME_SECONDS: string(ticketLifetimeSeconds)
      TURN_LIFETIME_SECONDS: string(turnLifetimeSeconds)
      TURN_SECRET: empty(turnUrls) ? '' : '@Microsoft.KeyVault(SecretUri=${secretUri}/turn-secret)'
      TURN_URLS: turnUrls
      VIDEO_PROVIDER: videoProvider
      VONAGE_APPLICATION_ID: vonageApplicationId
      VONAGE_PRIVATE_KEY: usesVonage ? '@Microsoft.KeyVault(SecretUri=${secretUri}/vonage-private-key)' : ''
    }
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  dependsOn: [topic]
  params: {
    name: 'alert-${token}'
    groupName: 'ag-${token}'
    tags: tags
    topicName: topicName
    emails: budgetEmails
  }
}

module budget 'modules/budget.bicep' = if (budgetAmount > 0) {
  scope: group
  params: {
    name: 'budget-${token}'
    amount: max(budgetAmount, 1)
    startDate: budgetStart
    emails: budgetEmails
  }
}

// What the scripts after this one need; azd hands them over under these names.
output AZURE_RESOURCE_GROUP string = group.name
output EVENT_TOPIC_NAME string = topicName
output FUNCTION_APP_NAME string = appName
output FUNCTIONS_ORIGIN string = functions.outputs.origin
output SIGNALR_HOST string = signalr.outputs.host
output SITE_NAME string = siteName
output SITE_ORIGIN string = site.outputs.origin
output STORAGE_ORIGIN string = 'https://${storageName}.blob.${environment().suffixes.storage}'
